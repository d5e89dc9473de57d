"""All pictures of docs/images."""

from __future__ import annotations

from pictures import audit, doctor, pages, row_to_gradient, studies, synthesis, validation
from pictures.picture import Picture

PICTURES = (
    Picture("row-to-gradient.svg", "HybridReward, on eight rollouts of one row of the demo", row_to_gradient.draw),
    Picture("demo.png", "runs/demo/report.html: its numbers and first charts", pages.demo),
    Picture("demo-report.png", "runs/demo/report.html: its first screen", pages.demo_report),
    Picture("demo-answers.png", "runs/demo/report.html: test questions before and after", pages.demo_answers),
    Picture("watch.png", "wethink watch runs/demo --page", pages.watch),
    Picture("watch-trouble.png", "wethink watch --page, of the run of recipes/cpu/tryout.py", pages.watch_trouble),
    Picture("evaluation.png", "wethink evaluate --page, of the demo's answers before and after GRPO", pages.evaluation),
    Picture("doctor.svg", "wethink doctor easyr1, over a set-up with three faults", doctor.draw),
    Picture("audit.png", "wethink data audit, over rows of recipes/cpu/tryout.py", audit.draw),
    Picture("validation.png", "wethink data validate --report, over demo rows with planted faults", validation.draw),
    Picture("synthesis.png", "wethink synth report, of the run that docs/tasks/synthesis.md shows", synthesis.draw),
    Picture("two-hosts.png", "recipes/cpu/two_hosts.py over three runs of the demo", studies.two_hosts),
    Picture("judge-faults.png", "recipes/cpu/faults.py over three runs of the demo", studies.judge_faults),
    Picture("ablations.png", "recipes/cpu/ablation.py over three runs of the demo", studies.ablations),
)
