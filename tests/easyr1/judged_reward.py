"""Our adapter with a judge that says what the answer says: a tier, or that it can't be reached."""

from functools import cache

from wethink_plugins.adapters import easyr1
from wethink_plugins.adapters.easyr1_reward import EasyR1Reward, source_of
from wethink_plugins.errors import Unscored
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.rewards.judge import Judgement

REWARD_NAME, REWARD_TYPE = easyr1.REWARD_NAME, easyr1.REWARD_TYPE


class Told:
    name = "told"

    async def judge(self, sample, answer):
        if answer == "down":
            raise Unscored("503 from the judge")
        return Judgement(answer, "as told")


@cache
def _reward(config):
    return EasyR1Reward(HybridReward.from_config(source_of({"config": config}), judge=Told()))


easyr1.shared_reward = lambda settings: _reward(settings["config"])
compute_score = easyr1.compute_score
