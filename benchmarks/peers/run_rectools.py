"""SASRec of RecTools: its defaults but for the size of the model. It trains on the last 50 events of each user.

It has no validation while it trains, so none is timed.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

from clock import Clock

EPOCHS, EVERY = 60, 10


def main() -> None:
    clock = Clock()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    import numpy as np
    import pandas as pd
    from pytorch_lightning import seed_everything
    from rectools.dataset import Dataset
    from rectools.models import SASRecModel

    clock.mark("import")
    seed_everything(1)
    events = pd.read_csv(clock.data / "bench" / "bench.inter", sep="\t", header=0, names=["user_id", "item_id", "time"])
    events["datetime"] = pd.to_datetime(events.pop("time"), unit="s")
    events["weight"] = 1
    training = events[events.groupby("user_id").cumcount(ascending=False) >= 2]
    dataset = Dataset.construct(training)
    users, items = events["user_id"].unique(), training["item_id"].unique()
    clock.mark("data")
    model = SASRecModel(
        n_blocks=2, n_heads=2, n_factors=64, session_max_len=50, loss="softmax", lr=0.001, batch_size=128, verbose=0
    )

    def scores() -> Any:
        found = np.full((events["user_id"].max() + 1, events["item_id"].max() + 1), -np.inf, dtype=np.float32)
        listed = model.recommend(users, dataset, k=len(items), filter_viewed=False)
        found[listed["user_id"].to_numpy(), listed["item_id"].to_numpy()] = listed["score"].to_numpy()
        return found

    for epoch in range(EVERY, EPOCHS + 1, EVERY):
        model.fit_partial(dataset, min_epochs=EVERY, max_epochs=EVERY)
        clock.mark("training")
        clock.point(epoch, None, scores)
    clock.write(epochs=EPOCHS)


if __name__ == "__main__":
    main()
