"""What requests and answers look like, so that the description of the interface is true."""
