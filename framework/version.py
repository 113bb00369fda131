"""The version of this program, here alone.

Its 0 says that options, the files of a run and the functions that README names may still change
from one version to the next; the 1 is the first that was given a number.
"""

VERSION = "0.1.0"
