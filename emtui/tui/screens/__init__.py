"""The screens, a folder or a module each; `base` is what they have in common."""
