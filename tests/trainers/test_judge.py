"""The judge has a seed of its own and learns from the run's domains."""

from types import SimpleNamespace

from trainers import judge


def test_it_learns_the_runs_domains_from_a_seed_of_its_own(monkeypatch):
    asked = []

    def train_once(domains, held_out, *, seed):
        asked.append((domains, held_out, seed))
        return "model", {"a": 0.5}

    monkeypatch.setattr(judge, "load_domains", lambda config, split="train": split)
    monkeypatch.setattr(judge, "train_once", train_once)
    model, about = judge.judge_of(SimpleNamespace(experiment=SimpleNamespace(seed=7)))
    assert asked == [("train", "test", 1007)] and model == "model"
    assert about == {"judge": {"accuracy_on_held_out": {"a": 0.5}, "seed": 1007}}
