"""SASRec of RecBole with its own settings: every prefix of a history is an example."""

from __future__ import annotations

import sys
from typing import Any

from clock import Clock

EPOCHS = 2
SETTINGS: dict[str, Any] = {
    "model": "SASRec",
    "dataset": "bench",
    "config_dict": {
        "USER_ID_FIELD": "user_id",
        "ITEM_ID_FIELD": "item_id",
        "TIME_FIELD": "timestamp",
        "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
        "MAX_ITEM_LIST_LENGTH": 50,
        "n_layers": 2,
        "n_heads": 2,
        "hidden_size": 64,
        "inner_size": 256,
        "loss_type": "CE",
        "train_neg_sample_args": None,
        "epochs": EPOCHS,
        "use_gpu": False,
        "show_progress": False,
        "state": "ERROR",
        "eval_args": {"split": {"LS": "valid_and_test"}, "order": "TO", "group_by": "user", "mode": "full"},
        "metrics": ["NDCG"],
        "topk": [10],
        "valid_metric": "NDCG@10",
    },
}


def main() -> None:
    clock = Clock()
    sys.argv = sys.argv[:1]  # it reads the command line too
    import numpy as np
    import torch
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.model.sequential_recommender import SASRec
    from recbole.trainer import Trainer
    from recbole.utils import init_seed

    clock.mark("import")
    settings = SETTINGS["config_dict"] | {"data_path": str(clock.data), "checkpoint_dir": str(clock.out)}
    config = Config(model="SASRec", dataset="bench", config_dict=settings)
    init_seed(config["seed"], config["reproducibility"])
    dataset = create_dataset(config)
    train, valid, _ = data_preparation(config, dataset)
    clock.mark("data")
    model = SASRec(config, train.dataset).to(config["device"])
    trainer = Trainer(config, model)
    users, items = (np.array(dataset.field2id_token[name][1:], dtype=np.int64) for name in ("user_id", "item_id"))

    @torch.no_grad()
    def scores() -> Any:
        model.eval()
        found = np.full((users.max() + 1, items.max() + 1), -np.inf, dtype=np.float32)
        for interaction, *_ in valid:
            rows = users[interaction["user_id"].numpy() - 1]
            found[rows[:, None], items] = model.full_sort_predict(interaction).view(len(rows), -1)[:, 1:].numpy()
        return found

    evaluate = trainer._valid_epoch

    def timed(*args: Any, **more: Any) -> Any:
        clock.mark("training")
        found = evaluate(*args, **more)
        clock.mark("evaluation")
        return found

    trainer._valid_epoch = timed
    trainer.fit(
        train,
        valid,
        verbose=False,
        saved=False,
        callback_fn=lambda epoch, value: clock.point(epoch + 1, float(value), scores),
    )
    clock.write(epochs=EPOCHS)


if __name__ == "__main__":
    main()
