"""The outbox of mails and text messages."""
