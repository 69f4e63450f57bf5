"""OpenID Connect: accepting the access tokens of an identity provider as credentials.

We only verify tokens; nobody is sent anywhere to sign in. See docs/decisions/0012.
"""
