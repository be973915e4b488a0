{
    "name": "wallet",
    "version": 1,
    "kinds": ("wallet",),
    "about": "Addresses of crypto currencies whose checksum holds. The value is chain:address, as in btc:bc1q..., eth:0x....",
    "never_for": "Sending money, or telling who owns an address without lawful tracing.",
    "needs": (),
}
