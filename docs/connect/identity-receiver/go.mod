module identity-receiver

go 1.24
