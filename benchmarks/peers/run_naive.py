"""What one writes in an afternoon: torch's own Transformer layers over windows of the whole history."""

from __future__ import annotations

from typing import Any

from clock import Clock

EPOCHS, LENGTH, WIDTH, BATCH = 20, 50, 64, 128


def main() -> None:
    clock = Clock()
    import numpy as np
    import torch
    from torch import nn
    from torch.nn import functional
    from torch.utils.data import DataLoader, Dataset

    clock.mark("import")
    torch.manual_seed(1)
    table = np.loadtxt(clock.data / "bench" / "bench.inter", skiprows=1, dtype=np.int64)
    histories: dict[int, list[int]] = {}
    for user, item, _ in table:
        histories.setdefault(int(user), []).append(int(item) + 1)  # 0 is padding
    items = int(table[:, 1].max()) + 1

    class Windows(Dataset[tuple[torch.Tensor, torch.Tensor]]):
        """Windows of 51 events that overlap by one; the first of a user is the short one."""

        def __init__(self) -> None:
            self.windows = []
            for events in histories.values():
                events = events[:-2]
                for stop in range(len(events), 1, -LENGTH):
                    self.windows.append(events[max(stop - LENGTH - 1, 0) : stop])

        def __len__(self) -> int:
            return len(self.windows)

        def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
            window = self.windows[index]
            missing = [0] * (LENGTH + 1 - len(window))
            return torch.tensor(window[:-1] + missing), torch.tensor(window[1:] + missing)

    class SASRec(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.items = nn.Embedding(items + 1, WIDTH, padding_idx=0)
            self.positions = nn.Embedding(LENGTH, WIDTH)
            nn.init.normal_(self.items.weight, std=0.02)
            nn.init.normal_(self.positions.weight, std=0.02)
            layer = nn.TransformerEncoderLayer(WIDTH, 2, 4 * WIDTH, 0.2, "gelu", batch_first=True, norm_first=True)
            self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
            self.norm, self.dropout = nn.LayerNorm(WIDTH), nn.Dropout(0.2)

        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            length = rows.shape[1]
            x = self.dropout(self.items(rows) + self.positions(torch.arange(length)))
            mask = nn.Transformer.generate_square_subsequent_mask(length)
            return self.norm(self.layers(x, mask=mask, is_causal=True)) @ self.items.weight.T

    loader = DataLoader(Windows(), BATCH, shuffle=True)
    clock.mark("data")
    model = SASRec()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)

    @torch.no_grad()
    def scores() -> Any:
        model.eval()
        pasts = [histories[user][:-2][-LENGTH:] for user in sorted(histories)]
        found = []
        for start in range(0, len(pasts), 256):
            some = pasts[start : start + 256]
            rows = torch.tensor([past + [0] * (LENGTH - len(past)) for past in some])
            ends = torch.tensor([len(past) - 1 for past in some])
            found.append(model(rows)[torch.arange(len(some)), ends, 1:])
        return torch.cat(found).numpy()

    def validate() -> float:
        gains = []
        for (_, events), row in zip(sorted(histories.items()), scores(), strict=True):
            target = row[events[-2] - 1]
            row[np.array(events[:-2]) - 1] = -np.inf
            rank = 1 + int((row > target).sum())
            gains.append(1 / np.log2(1 + rank) if rank <= 10 else 0.0)
        return float(np.mean(gains))

    for epoch in range(1, EPOCHS + 1):
        model.train()
        for rows, targets in loader:
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(rows).flatten(0, 1), targets.flatten(), ignore_index=0)
            loss.backward()
            optimizer.step()
        clock.mark("training")
        own = validate()
        clock.mark("evaluation")
        clock.point(epoch, own, scores)
    clock.write(epochs=EPOCHS)


if __name__ == "__main__":
    main()
