"""The practice world: a small internet on loopback, good and bad, for tests and for people.

It holds a DNSSEC-signed root with zones below it, a certificate authority, mail servers of partners
in every posture that a mail administrator meets, and internal mail servers. Nothing in it leaves
the loopback interface. Start with README.md; the table of postures is in postures.py.
"""
