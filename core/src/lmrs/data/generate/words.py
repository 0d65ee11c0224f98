"""Words of the generated set: eight themes for titles, and names for categories, people and trades."""

from __future__ import annotations

THEMES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Silent", "Salt", "Drowned", "Tidal", "Pearl", "Northern"),
        ("Harbour", "Sailor", "Lighthouse", "Reef", "Voyage", "Anchor"),
    ),
    (
        ("Iron", "Burning", "Broken", "Crimson", "Last", "Merciless"),
        ("Sword", "Battle", "Fortress", "Shield", "General", "Siege"),
    ),
    (
        ("Distant", "Lunar", "Solar", "Silver", "Endless", "Orbital"),
        ("Star", "Planet", "Comet", "Signal", "Galaxy", "Station"),
    ),
    (
        ("Tender", "Sweet", "Blushing", "Secret", "Faithful", "Summer"),
        ("Kiss", "Wedding", "Letter", "Heart", "Promise", "Rose"),
    ),
    (
        ("Haunted", "Pale", "Hollow", "Midnight", "Cursed", "Whispering"),
        ("House", "Ghost", "Grave", "Shadow", "Cellar", "Mirror"),
    ),
    (
        ("Green", "Wild", "Mossy", "Ancient", "Running", "Golden"),
        ("Forest", "River", "Fox", "Mountain", "Meadow", "Wolf"),
    ),
    (
        ("Crooked", "Missing", "Perfect", "Double", "Cold", "Final"),
        ("Detective", "Alibi", "Witness", "Robbery", "Verdict", "Clue"),
    ),
    (
        ("Laughing", "Clumsy", "Merry", "Ridiculous", "Dancing", "Lucky"),
        ("Clown", "Uncle", "Circus", "Parrot", "Waiter", "Balloon"),
    ),
)
CATEGORIES = ("Adventure", "War", "Space", "Romance", "Horror", "Nature", "Crime", "Comedy")
OCCUPATIONS = ("teacher", "engineer", "nurse", "student", "artist", "farmer", "lawyer", "retired")
FIRST_NAMES = ("Mira", "Jonas", "Aiko", "Tomas", "Leila", "Pavel", "Ines", "Otto", "Sana", "Hugo", "Nadia", "Emil")
LAST_NAMES = ("Kova", "Lindt", "Marsh", "Okoye", "Petri", "Quist", "Rao", "Stern", "Tanaka", "Ueda", "Vance", "Wolf")
