"""Flight: drones as rigid bodies with rotors, wind, controller and battery; and the fitted model of time and energy."""
