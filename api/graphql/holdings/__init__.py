"""What an account holds, netted by symbol."""
