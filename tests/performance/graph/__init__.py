"""The gateway beside other gateways: canned services and subgraphs, the gateways as processes, the load."""
