"""The demo company 观澜商城: invented posts over three days, and the opening of its console."""
