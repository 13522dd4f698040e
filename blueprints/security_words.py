"""What Flask-Security says, in our words. It looks each sentence up in our catalogue at the moment it speaks."""


def _(text: str) -> str:
    """Mark a sentence for the catalogue."""
    return text


MESSAGES: dict[str, tuple[str, str]] = {
    f"SECURITY_MSG_{name}": sentence
    for name, sentence in {
        "GENERIC_AUTHN_FAILED": (_("The address or the password is wrong. Check both and try again."), "error"),
        "UNAUTHENTICATED": (_("You are not logged in. Log in and repeat the step."), "info"),
        "UNAUTHORIZED": (_("Your position does not allow this page."), "error"),
        "REAUTHENTICATION_REQUIRED": (_("Please confirm that it is you: enter your password again."), "info"),
        "REAUTHENTICATION_SUCCESSFUL": (_("Thank you, confirmed. You can now repeat the step."), "success"),
        "LOGIN": (_("You are not logged in. Log in and repeat the step."), "info"),
        "REFRESH": (_("Please confirm that it is you: enter your password again."), "info"),
        "DISABLED_ACCOUNT": (_("This account has been closed. Ask your administrator."), "error"),
        "EMAIL_NOT_PROVIDED": (_("Enter your e-mail address."), "error"),
        "INVALID_EMAIL_ADDRESS": (_("This is not an e-mail address."), "error"),
        "USER_DOES_NOT_EXIST": (_("The address or the password is wrong. Check both and try again."), "error"),
        "PASSWORD_NOT_PROVIDED": (_("Enter your password."), "error"),
        "INVALID_PASSWORD": (_("The password is wrong."), "error"),
        "PASSWORD_MISMATCH": (_("The password is wrong."), "error"),
        "RETYPE_PASSWORD_MISMATCH": (_("The two passwords differ. Type the new one twice alike."), "error"),
        "PASSWORD_INVALID_LENGTH": (_("A password needs at least %(length)s characters."), "error"),
        "PASSWORD_TOO_SIMPLE": (_("This password is too easy to guess."), "error"),
        "PASSWORD_IS_THE_SAME": (_("The new password must differ from the old one."), "error"),
        "PASSWORD_CHANGE": (_("Your password has been changed."), "success"),
        "INVALID_REDIRECT": (_("The address to go on to lies outside this service."), "error"),
        "ANONYMOUS_USER_REQUIRED": (_("You are already logged in."), "info"),
        "INVALID_CODE": (_("The code is wrong or no longer valid."), "error"),
        "INVALID_RECOVERY_CODE": (_("The recovery code is wrong or was used already."), "error"),
        "NO_RECOVERY_CODES_SETUP": (_("You have no recovery codes yet."), "info"),
        "TWO_FACTOR_INVALID_TOKEN": (_("The code is wrong or no longer valid."), "error"),
        "TWO_FACTOR_LOGIN_SUCCESSFUL": (_("The code is right."), "success"),
        "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (_("Two-factor log-in has been set up."), "success"),
        "TWO_FACTOR_PERMISSION_DENIED": (_("Log in with your password first."), "error"),
        "TWO_FACTOR_METHOD_NOT_AVAILABLE": (_("This way is not offered."), "error"),
        "TWO_FACTOR_DISABLED": (_("Two-factor log-in has been switched off."), "success"),
        "TWO_FACTOR_SETUP_EXPIRED": (_("The set-up took longer than %(within)s. Please start again."), "error"),
        "FAILED_TO_SEND_CODE": (_("The code could not be sent. Try again later."), "error"),
        "INVALID_INPUT": (_("This value cannot be taken here."), "error"),
        "API_ERROR": (_("This value cannot be taken here."), "error"),
    }.items()
}
