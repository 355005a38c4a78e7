"""Many lives on trial: policies compared, inputs swept, a load raised until something gives way."""
