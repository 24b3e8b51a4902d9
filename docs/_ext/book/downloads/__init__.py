"""What the site serves beside its pages: chapters as notebooks and scripts, the library, and the whole site."""
