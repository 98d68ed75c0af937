"""The screens, a package or a module each; `base` has their base class."""
