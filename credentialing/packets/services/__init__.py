"""The verbs of packets: forms and their maps, the contents of a packet, signatures, fixes, versions."""
