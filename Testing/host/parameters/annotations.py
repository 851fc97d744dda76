"""What can stand in `Annotated[type, ...]`: validators, defaults and hints for widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class Validator:
    def validate(self, value: Any) -> None:
        """Raise ValueError if the value is not allowed."""
        raise NotImplementedError


class NotNone(Validator):
    def validate(self, value: Any) -> None:
        if value is None:
            raise ValueError("the value must not be None")


class IsInstance(Validator):
    def __init__(self, classtype: type | tuple[type, ...]):
        self.classtype = classtype

    def validate(self, value: Any) -> None:
        if value is not None and not isinstance(value, self.classtype):
            raise ValueError(f"the value must be of type {self.classtype}, not {value!r}")


class Minimum(Validator):
    def __init__(self, minimum: float):
        self.minimum = minimum

    def validate(self, value: Any) -> None:
        if value < self.minimum:
            raise ValueError(f"the value must be at least {self.minimum}, not {value}")


class Maximum(Validator):
    def __init__(self, maximum: float):
        self.maximum = maximum

    def validate(self, value: Any) -> None:
        if value > self.maximum:
            raise ValueError(f"the value must be at most {self.maximum}, not {value}")


class WithinRange(Validator):
    """Both ends belong to the range."""

    def __init__(self, minimum: float, maximum: float):
        self.minimum = minimum
        self.maximum = maximum

    def validate(self, value: Any) -> None:
        for number in (value.minimum, value.maximum) if hasattr(value, "minimum") else (value,):
            if not self.minimum <= number <= self.maximum:
                raise ValueError(
                    f"the value must be within [{self.minimum}, {self.maximum}], not {number}"
                )


class Choice(Validator):
    def __init__(self, choices: Iterable):
        self.choices = list(choices)

    def validate(self, value: Any) -> None:
        if value not in self.choices:
            raise ValueError(f"the value must be one of {self.choices}, not {value!r}")


class Exclude(Validator):
    def __init__(self, excluded: Iterable):
        self.excluded = list(excluded)

    def validate(self, value: Any) -> None:
        if value in self.excluded:
            raise ValueError(f"the value must be none of {self.excluded}, not {value!r}")


class Default:
    def __init__(self, value: Any = None, generator: Callable[[], Any] | None = None):
        self._value = value
        self._generator = generator

    def make(self) -> Any:
        return self._value if self._generator is None else self._generator()


class Decimals:
    def __init__(self, value: int):
        self.value = value


class SingleStep:
    def __init__(self, value: float):
        self.value = value
