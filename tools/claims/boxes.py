"""What must be bound in every sentence: the answer of an experiment.

The box *What there was to see*, and the solution of an exercise that asks for
an experiment, speak of the page's own pictures.  So each sentence there has
a number that something computes, or words that a check quotes; and a word of
generality or cause stands in quoted words, so that none can be put for it.
"""

import re
from collections.abc import Iterator

from .checks import Check
from .judge import Judge
from .pages import Page
from .sentences import Sentence, claiming, sentences

SEEN = "What there was to see"
MOVES = re.compile(r"\b(?:experiment|slider|playground)", re.I)
UNBOUND = {"open", "false", "formula", "small", "word"}


def experiments(page: Page) -> set[str]:
    """The exercises whose question asks to move something."""
    return {
        block.at.inside.removeprefix("exercise ")
        for block in page.blocks
        if block.at.inside.startswith("exercise") and MOVES.search(block.text)
    }


def answers(page: Page) -> Iterator[Sentence]:
    """The sentences that answer an experiment."""
    moving = experiments(page)
    for sentence in sentences(page):
        inside = sentence.block.at.inside
        if SEEN in inside or inside.removeprefix("solution ") in moving:
            yield sentence


def squeezed(text: str) -> str:
    return re.sub(r"[*\s]+", " ", text).strip()


def quoting(judge: Judge, sentence: Sentence) -> list[tuple[Check, str]]:
    """The checks that quote words of a sentence, and the words."""
    text = squeezed(sentence.text)
    return [
        (check, words)
        for check in judge.checks
        if check.at.stretch == sentence.block.at.stretch
        for words in check.words
        if squeezed(words) in text
    ]


def numbered(judge: Judge, sentence: Sentence) -> bool:
    """Does a number of the sentence have an account?"""
    return any(
        sentence.start <= a.numeral.start < sentence.end
        for a in judge.accounts
        if a.line is sentence.line and a.rule not in UNBOUND
    )


def loose(judge: Judge, sentence: Sentence) -> list[str]:
    """The words of generality and cause that no check quotes."""
    quoted = " ".join(words for _, words in quoting(judge, sentence))
    known = {word.lower() for word in re.findall(r"[\w']+", quoted)}
    return [w for w in claiming(sentence) if w.lower() not in known]


def open_answers(judge: Judge) -> Iterator[tuple[int, str]]:
    for sentence in answers(judge.page):
        said, line = sentence.text[:50], sentence.line.number
        quotes = quoting(judge, sentence)
        if any(check.form == "said" for check, _ in quotes):
            continue
        if not (quotes or numbered(judge, sentence)):
            yield line, f'a sentence without a check: "{said}"'
        elif words := loose(judge, sentence):
            yield line, f'"{words[0]}" is quoted by no check: "{said}"'


def lost_words(judge: Judge) -> Iterator[tuple[int, str]]:
    """Words that a check quotes and that the prose above does not hold."""
    for check in judge.checks:
        above = squeezed(
            " ".join(
                block.text
                for block in judge.page.blocks
                if block.at.stretch == check.at.stretch
            )
        )
        for words in check.words:
            if squeezed(words) not in above:
                yield check.line.number, f'no "{words}" in the prose above'
