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
		add("settings", p.In("/settings"), "Inställningar", "Settings")
	}
	if p.Platform() {
		add("", "", "Hela tjänsten", "The whole service")
		add("shops", Root+"/shops", "Butiker", "Shops")
	}
	return all
}
