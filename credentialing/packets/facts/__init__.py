"""The provider's file in words: `attested` is what a provider signs for, `paths` what forms and letters may ask for by name."""
