"""Draws."""


def run(questions, tune):
    return []
