"""All pictures of docs/images."""

from __future__ import annotations

from pictures import pages, row_to_gradient, studies
from pictures.picture import Picture

PICTURES = (
    Picture("row-to-gradient.svg", "HybridReward, on eight rollouts of one row of the demo", row_to_gradient.draw),
    Picture("demo.png", "runs/demo/report.html: its numbers and first charts", pages.demo),
    Picture("demo-report.png", "runs/demo/report.html: its first screen", pages.demo_report),
    Picture("watch.png", "wethink watch runs/demo --page", pages.watch),
    Picture("evaluation.png", "wethink evaluate --page, of the demo's answers before and after GRPO", pages.evaluation),
    Picture("two-hosts.png", "recipes/cpu/two_hosts.py over three runs of the demo", studies.two_hosts),
    Picture("judge-faults.png", "recipes/cpu/faults.py over three runs of the demo", studies.judge_faults),
    Picture("ablations.png", "recipes/cpu/ablation.py over three runs of the demo", studies.ablations),
)
