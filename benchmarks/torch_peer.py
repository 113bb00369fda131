"""The training iteration as a well-informed user of PyTorch writes it, for `benchmarks.speed`.

    PYTHON -m benchmarks.torch_peer time SECONDS < PLAN.json
    PYTHON -m benchmarks.torch_peer replay FILE.npz

PYTHON has PyTorch, and need have none of our other packages: what is computed comes as a plan, from
`benchmarks.peer_plan`. Eager, channels_last, float32, one optimizer step for all domains, real and
generated images in one call of a critic where no batch norm forbids it, no gradients of what the
step does not learn, Adam's fused kernel. `replay` does the iterations whose weights, images and
random numbers stand in the file, and prints their terms.
"""
# pyright: reportMissingImports=false

import json
import sys
import time
from itertools import combinations

import torch
from torch.nn import functional

from benchmarks.clock import resident_mib, timed
from benchmarks.torch_nets import Chains
from nets.architectures import Row

IMAGES = 256                    # of each domain, as in benchmarks.measure
ROOT_FLOOR = 1e-12              # under the root of the penalty, as in penalties.gradient

LOSSES = {                      # of real and fake scores: the critic's and the generator's
    "wgan": (lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean()),
    "nonsaturating": (
        lambda real, fake: functional.softplus(-real).mean() + functional.softplus(fake).mean(),
        lambda fake: functional.softplus(-fake).mean()),
}
LATENTS = {"uniform": lambda *shape: torch.rand(shape) * 2 - 1, "normal": torch.randn}


class Draws:
    """The random numbers of training."""

    def __init__(self, plan):
        self.shape, self.kind = (plan["batch_size"], plan["latent_dim"]), LATENTS[plan["latent"]]

    def latents(self):
        return self.kind(*self.shape)

    def alpha(self):
        return torch.rand(self.shape[0])


class Recorded:
    """Random numbers that are given, in the order in which they are asked for."""

    def __init__(self, latents, alphas):
        self.of = iter(torch.tensor(latents)), iter(torch.tensor(alphas))

    def latents(self):
        return next(self.of[0])

    def alpha(self):
        return next(self.of[1])


class Peer:
    """Nets, optimizers and the iteration of a plan."""

    def __init__(self, plan: dict):
        def chains(key):
            return [[(name, Row(**row)) for name, row in chain] for chain in plan[key]]
        height, width, channels = plan["image_shape"]
        shape = channels, height, width
        self.plan, self.steps = plan, plan["discriminator_steps"]
        self.generators = Chains(chains("generators"), (plan["latent_dim"],))
        self.critics = Chains(chains("discriminators"), shape)
        self.reader = Chains(chains("classifier"), shape).eval().requires_grad_(False)
        self.apart = self.critics.sees_batches()
        self.critic_loss, self.generator_loss = LOSSES[plan["loss"]]
        self.g_optimizer = self.optimizer(self.generators, plan["lr_g"])
        self.d_optimizer = self.optimizer(self.critics, plan["lr_d"])

    def optimizer(self, net, rate: float):
        """The run's Adam, or what `benchmarks.peer_check` compares with."""
        if descent := self.plan.get("descent"):
            return torch.optim.SGD(net.parameters(), descent)
        return torch.optim.Adam(net.parameters(), rate, (self.plan["beta_1"], self.plan["beta_2"]),
                                self.plan["epsilon"], fused=True)

    def load(self, weights: dict) -> None:
        for net in (self.generators, self.critics, self.reader):
            net.load(weights)

    def iterate(self, batch, draws) -> dict:
        """Every critic step and the generators' one. batch: for each domain uint8 images
        [steps, B, H, W, C]. Returns the terms by name, tensors without gradients."""
        terms = {}
        self.critics.requires_grad_(True)
        for step in range(self.steps):
            real = [images[step].permute(0, 3, 1, 2) / 127.5 - 1 for images in batch]
            terms = self.critic_step(real, draws)
        self.critics.requires_grad_(False)
        return terms | self.generator_step(draws)

    def critic_step(self, real, draws) -> dict:
        with torch.no_grad():
            fake = [of_domain[-1] for of_domain in self.generators.features(draws.latents())]
        terms, loss = {}, torch.zeros(())
        for k, (name, x, y) in enumerate(zip(self.plan["domains"], real, fake, strict=True)):
            scores = ((self.critics(x, k), self.critics(y, k)) if self.apart else
                      self.critics(torch.cat([x, y]), k).chunk(2))
            terms[f"d/{name}"] = self.critic_loss(*scores)
            loss = loss + terms[f"d/{name}"]
            if self.plan["penalty_weight"]:
                terms[f"penalty/{name}"] = self.penalty(k, x, y, draws.alpha())
                loss = loss + self.plan["penalty_weight"] * terms[f"penalty/{name}"]
        self.d_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.d_optimizer.step()
        return detached(terms)

    def penalty(self, k: int, real, fake, alpha):
        """WGAN-GP's."""
        between = torch.lerp(fake, real, alpha.view(-1, 1, 1, 1)).requires_grad_()
        slope, = torch.autograd.grad(self.critics(between, k).sum(), between, create_graph=True)
        norm = (slope.square().sum((1, 2, 3)) + ROOT_FLOOR).sqrt()
        return (norm - 1).square().mean()

    def generator_step(self, draws) -> dict:
        features = self.generators.features(draws.latents())
        fake = [of_domain[-1] for of_domain in features]
        terms = {f"g/{name}": self.generator_loss(self.critics(y, k))
                 for k, (name, y) in enumerate(zip(self.plan["domains"], fake, strict=True))}
        weights = dict.fromkeys(terms, 1.0)
        for name, term in (("feature", lambda: self.feature(features)),
                           ("semantic", lambda: self.semantic(fake))):
            if self.plan[f"{name}_weight"]:
                terms[name], weights[name] = term(), self.plan[f"{name}_weight"]
        self.g_optimizer.zero_grad(set_to_none=True)
        torch.stack([weights[name] * term for name, term in terms.items()]).sum().backward()
        self.g_optimizer.step()
        return detached(terms)

    def feature(self, features):
        """Eq. 4.1: the domains' features of the named rows are near each other."""
        return sum(functional.mse_loss(one[row - 1], other[row - 1])
                   for one, other in combinations(features, 2)
                   for row in self.plan["feature_rows"])

    def semantic(self, fake):
        """Eq. 4.2: a frozen classifier reads the same in every domain."""
        read = self.reader(torch.cat(fake)).softmax(1).chunk(len(fake))
        return sum(functional.mse_loss(p, q) for p, q in combinations(read, 2))


def detached(terms: dict) -> dict:
    return {name: term.detach() for name, term in terms.items()}


def measured(plan: dict, least: float) -> dict:
    """What `benchmarks.clock.timed` says of the plan's iteration, on images of noise."""
    torch.set_flush_denormal(True)          # as TensorFlow's threads do
    peer, draws, terms = Peer(plan), Draws(plan), {}
    size = plan["discriminator_steps"], plan["batch_size"]
    images = [torch.randint(0, 256, (max(IMAGES, size[1]), *plan["image_shape"]),
                            dtype=torch.uint8) for _ in plan["domains"]]

    def iterate(_) -> float:
        began = time.perf_counter()
        batch = [x[torch.randint(0, len(x), size)] for x in images]
        waited = time.perf_counter() - began
        terms.update(peer.iterate(batch, draws))
        return waited
    return timed(iterate, lambda: [float(term) for term in terms.values()], least)


def replayed(path: str) -> list[dict]:
    """The terms of every iteration that the file holds."""
    import numpy as np

    file = np.load(path)
    plan, weights = json.loads(str(file["plan"])), {}
    for key in file.files:
        if key.startswith("weights/"):
            weights.setdefault(key.split("/")[1], []).append(file[key])
    peer, found = Peer(plan), []
    peer.load(weights)
    for i in range(plan["iterations"]):
        images = [torch.tensor(x).flip(2, 3) for x in file[f"images/{i}"]]
        draws = Recorded(file[f"latents/{i}"], file[f"alphas/{i}"])
        found.append({n: float(t) for n, t in peer.iterate(images, draws).items()})
    return found


def main(what: str, argument: str):
    if what == "replay":
        return print(json.dumps(replayed(argument)))
    plan = json.load(sys.stdin)
    found = measured(plan, float(argument))
    return print(json.dumps(found | plan["counted"] | {"peak_mib": resident_mib()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
