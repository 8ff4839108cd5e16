"""Changing tables under programs that run: in two phases, without waiting long for locks."""
