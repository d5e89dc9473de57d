"""Inside the environment of verifiers: its own Task scores traces with our reward, plugged in by configuration alone."""

import asyncio
import json
import sys

import verifiers.v1 as vf
from verifiers.v1.configs.task import TaskConfig
from verifiers.v1.errors import TaskError
from verifiers.v1.graph import MessageNode
from verifiers.v1.trace import AgentInfo, Trace, TraceTask


class Data(vf.TaskData):
    answer: str | int
    question_type: str | None = None
    options: tuple[str, ...] = ()


class Asked(vf.Task[Data]):
    pass


class Shadowed(vf.Task[Data]):
    @vf.reward
    async def own(self, trace: vf.Trace) -> float:
        return 0.25


class AsMethod(vf.Task[Data]):
    @vf.reward(weight=0.5)
    async def ours(self, trace: vf.Trace) -> float:
        from wethink_plugins.adapters.verifiers import wethink

        return await wethink(self.data, trace)


PLUGGED = TaskConfig(rewards={"wethink": {"fn": "wethink_plugins.adapters.verifiers:wethink"}})
SHADOW = TaskConfig(metrics={"wethink": {"fn": "wethink_plugins.adapters.verifiers:shadow"}})


async def scored(task, answer):
    """What the trace holds after the library's own scoring."""
    said = vf.AssistantMessage(content=f"<think>I look.</think>\n<answer>{answer}</answer>")
    nodes = [
        MessageNode(message=vf.UserMessage(content=task.data.prompt)),
        MessageNode(parent=0, message=said, sampled=True),
    ]
    trace = Trace(task=TraceTask(type="Asked", data=task.data), agent=AgentInfo(config=vf.AgentConfig()), nodes=nodes)
    fault = ""
    try:
        await task.score(trace)
    except TaskError as error:
        fault = repr(error.__cause__ or error)
    rewards = {name: reward and reward.value for name, reward in trace.rewards.items()}
    return {"rewards": rewards, "reward": trace.reward, "metrics": trace.metrics, "fault": fault}


async def main():
    number = Data(prompt="How many?", answer=4, id="row-1")
    told = Data(prompt="What is seen?", answer="a long story", question_type="descriptive", id="row-2")
    chosen = Data(prompt="Which?", answer="B", options=["red", "blue"], id="row-3")
    print(
        "FOUND",
        json.dumps(
            {
                "right": await scored(Asked(number, PLUGGED), "4"),
                "wrong": await scored(Asked(number, PLUGGED), "5"),
                "option": await scored(Asked(chosen, PLUGGED), "blue"),
                "method": await scored(AsMethod(number), "4"),
                "shadow": await scored(Shadowed(number, SHADOW), "4"),
                "shadow of a dead judge": await scored(Shadowed(told, SHADOW), "a story"),
                "dead judge": await scored(Asked(told, PLUGGED), "a story"),
            }
        ),
    )


asyncio.run(main())
sys.exit(0)
