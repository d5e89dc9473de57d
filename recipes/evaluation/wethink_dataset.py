"""A VLMEvalKit dataset of any WeThink rows, asked as in training and graded as the reward does. Imported inside it only.

VLMEvalKit takes an unknown TSV with columns A and B for multiple choice, and evaluates no other unknown one at all
(`CustomVQADataset.evaluate` raises NotImplementedError). `make_tsv.py` writes both kinds.
"""

from __future__ import annotations

import os.path as osp
from typing import Any

import pandas as pd
from vlmeval.dataset.image_base import ImageBaseDataset
from vlmeval.smp import LMUDataRoot, dump, get_intermediate_file_path, load

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.evaluation.handed import graded_table


class WeThinkDataset(ImageBaseDataset):
    """`LMUData/DATASET.tsv` with index, image, question, answer, question_type, options (JSON) and category.

    `WETHINK_CONFIG` names the YAML with a judge, where rows need one.
    """

    TYPE = "VQA"

    def load_data(self, dataset: str) -> pd.DataFrame:
        return load(osp.join(LMUDataRoot(), f"{dataset}.tsv"))

    def evaluate(self, eval_file: str, **_: Any) -> pd.DataFrame:
        data = load(eval_file).fillna("")
        score = pd.DataFrame(graded_table(data.to_dict("records"), WeThinkConfig.load()))
        dump(score, get_intermediate_file_path(eval_file, "_score", "csv"))
        return score
