"""The terms that kinds of training without a critic and without a kernel minimise: their data's
negative log-likelihood or a bound of it."""

from framework.registry import Registry

LIKELIHOODS = Registry("likelihood", package="losses")
