package desk

// Entry is one of the navigation: a page, or without a path the name of a group.
type Entry struct {
	Path, Label string
	Current     bool
}

// Navigation returns what the user can go to from here.
func (p Page) Navigation() (all []Entry) {
	add := func(active, path, swedish, english string) {
		all = append(all, Entry{path, p.T(swedish, english), active != "" && active == p.Active})
	}
	if p.Shop != nil {
		add("overview", p.In(""), "Översikt", "Overview")
		add("orders", p.In("/orders"), "Order", "Orders")
		add("purchase-orders", p.In("/purchase-orders"), "Omatchade inköpsorder", "Unmatched purchase orders")
		add("sessions", p.In("/sessions"), "Besök", "Sessions")
		add("traffic", p.In("/traffic"), "Trafik", "Traffic")
		add("customers", p.In("/customers"), "Kunder", "Customers")
		add("fields", p.In("/fields"), "Kundfält", "Custom fields")
		add("connections", p.In("/connections"), "Kopplingar", "Connections")
		add("settings", p.In("/settings"), "Inställningar", "Settings")
		add("webhooks", p.In("/webhooks"), "Webhooks", "Webhooks")
		add("dead-letters", p.In("/dead-letters"), "Ej levererat", "Not delivered")
		add("keys", p.In("/keys"), "Nycklar", "Keys")
		add("users", p.In("/users"), "Användare", "Users")
		add("audit", p.In("/audit"), "Logg", "Audit log")
		if p.MayChange() {
			add("erasure", p.In("/erasure"), "Personuppgifter", "Personal data")
		}
	}
	if !p.Platform() {
		return all
	}
	service := func(active, path, swedish, english string) {
		if p.Shop != nil {
			active = "" // the shop's entry of that name is the current one
		}
		add(active, Root+path, swedish, english)
	}
	add("", "", "Hela tjänsten", "The whole service")
	service("shops", "/shops", "Butiker", "Shops")
	service("keys", "/keys", "Tjänstens nycklar", "Keys of the service")
	service("users", "/users", "Tjänstens användare", "Users of the service")
	service("audit", "/audit", "Tjänstens logg", "Audit log of the service")
	return all
}
