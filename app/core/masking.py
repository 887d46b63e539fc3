"""What others may see of a person: 王*明, 138****5678."""


def mask_name(name: str) -> str:
    """A name with everything between its first and last character hidden.

    Two characters keep the first (王*); Latin names keep the initial of each word (C* S*).
    """
    name = name.strip()
    if name.isascii() and " " in name:
        return " ".join(f"{word[0]}*" for word in name.split())
    if len(name) <= 1:
        return "*" if name else ""
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}*{name[-1]}"


def mask_phone(phone: str) -> str:
    """A phone number with its middle hidden: the first three and last four digits stay."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****"


def mask_email(email: str) -> str:
    """An address with all but the first character of its local part hidden."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}***@{domain}" if domain else "***"
