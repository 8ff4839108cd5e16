"""The forms of coming in, of one's own settings and of people."""

import zoneinfo
from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

from heliograph.accounts.errors import BadName, NameTaken
from heliograph.accounts.models import ROLES, Person, Team
from heliograph.accounts.people import check_name

ZONES = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))


class SignInForm(LoginForm):
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Name"


class PasswordForm(forms.Form):
    """A new password."""

    password = forms.CharField(
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, user=self._person or Person(name=self.cleaned_data.get("name", "")))
        return password


class ComeInForm(PasswordForm):
    """Name and password of somebody new."""

    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autocomplete": "username"}))
    field_order = ("name", "password")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        _free(name)
        return name


class ProfileForm(forms.ModelForm):
    """What a person says of themselves, and how they want to see things."""

    time_zone = forms.ChoiceField(
        choices=[
            ("", "that of the browser"),
            ("UTC", "UTC"),
            *((name, name.replace("_", " ")) for name in ZONES),
        ],
        required=False,
        label="Time zone",
        help_text="Times are shown in it, on charts too; UTC is on hover.",
    )
    candles = forms.ChoiceField(
        choices=[("ink", "Ink, hollow where the price rose"), ("teal-red", "Teal and red")]
    )

    class Meta:
        model = Person
        fields = ("name", "email", "time_zone", "candles")
        labels = {"email": "E-mail"}  # noqa: RUF012
        widgets = {  # noqa: RUF012
            "name": forms.TextInput(attrs={"autocomplete": "username"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        _free(name, but=self.instance)
        return name


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=ROLES)
    email = forms.EmailField(required=False, label="E-mail, if they want notices there")
    team = forms.ModelChoiceField(Team.objects.order_by("name"), required=False, empty_label="no team")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        _free(name)
        return name


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(choices=ROLES)


class TeamForm(forms.Form):
    """A new team."""

    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def _free(name: str, *, but: Person | None = None) -> None:
    try:
        check_name(name, but=but)
    except (NameTaken, BadName) as fault:
        raise ValidationError(str(fault)) from fault
