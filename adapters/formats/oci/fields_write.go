package oci

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/adapters/formats/options"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/transfer"
)

// members are the members of the cart, or of its line, that the format writes into a field. The fields without one have
// their values from options or a mapping.
var members = map[column]string{
	description: "name", matnr: "buyer_sku", quantity: "quantity", unit: "unit", price: "unit_price", currency: "currency",
	priceUnit: "price_basis_quantity", leadTime: "lead_time_days", vendorMat: "sku", manufactMat: "manufacturer_sku",
	service: "service", contract: "contract_id", quoteID: "id", quoteItem: "id", itemType: "part_of", parentID: "part_of",
}

// fullNames are the names of the fields as a mapping has them.
var fullNames = func() (names [len(columns)]string) {
	for c := range columns {
		names[c] = prefix + columns[c].name
	}
	return names
}()

// Fields returns the fields that a mapping can set, named as in the form without the item's index. What no version of OCI
// names can be set, too: buyers have fields of their own.
func (f *Format) Fields() []port.Field {
	var fields []port.Field
	for c := range columns {
		if c := column(c); c.length(f.version) > 0 {
			fields = append(fields, port.Field{Name: fullNames[c], Line: c != currency && c != quoteID, Member: members[c]})
		}
	}
	return append(fields,
		port.Field{Name: prefix + longTexts, Line: true, Member: "description"},
		port.Field{Name: prefix + "*", Line: true, Check: checkOwn})
}

// checkOwn refuses a name of a field that no version of OCI names.
func checkOwn(name string) error {
	switch {
	case !extraName.MatchString(name):
		return errors.New("must be a name in capitals, digits and underscores")
	case strings.HasPrefix(name, longTexts):
		return errors.New("must not begin with " + longTexts + ", which the format writes by itself")
	}
	return nil
}

// maps reports whether the mapping has the field of the line.
func (e *encoder) maps(c column) bool {
	_, mapped := e.mapped[fullNames[c]]
	return mapped
}

// fromMapping writes the field where the mapping has it, and reports whether it has.
func (e *encoder) fromMapping(c column) bool {
	value, mapped := e.mapped[fullNames[c]]
	if !mapped {
		return false
	}
	if c == attachmentTitle || c >= custField1 && c <= custField5 {
		e.putText(c, "", value)
	} else {
		e.putCode(c, "", value)
	}
	return true
}

// link writes the first attachment that has an address, or else the article's page.
func (e *encoder) link(l *cart.Line) {
	if e.fromMapping(attachment) {
		e.fromMapping(attachmentTitle)
		return
	}
	chosen := slices.IndexFunc(l.Attachments, func(a cart.Attachment) bool { return a.URL != "" })
	switch {
	case chosen >= 0:
		a := &l.Attachments[chosen]
		if e.putCode(attachment, "/attachments", a.URL) && !e.fromMapping(attachmentTitle) {
			e.putText(attachmentTitle, "/attachments", cmp.Or(a.Description, a.Name))
		}
	case l.URL != "" && e.putCode(attachment, "/url", l.URL):
		e.fromMapping(attachmentTitle)
	}
	e.leave("/url", l.URL != "" && chosen >= 0)
	for i := range l.Attachments {
		if i != chosen {
			e.leave("/attachments", true)
			break
		}
		e.leaveOf("/attachments", i, "/content", len(l.Attachments[i].Content) > 0)
	}
}

// class writes the UNSPSC code, or where there is none the first class of another scheme. A mapping that sets one of the
// fields sets all three, for a code is of no use in another scheme.
func (e *encoder) class(l *cart.Line) {
	if e.maps(schemaType) || e.maps(categoryID) || e.maps(category) {
		e.mappedClass()
		return
	}
	code := cmp.Or(l.Unspsc(), e.DefaultUNSPSC)
	of := cart.Classification{Scheme: cart.UNSPSC, Code: code}
	chosen := slices.IndexFunc(l.Classifications, func(c cart.Classification) bool { return c.Scheme == cart.UNSPSC })
	if code == "" && len(l.Classifications) > 0 {
		chosen = 0
		of = l.Classifications[0]
	}
	for i, c := range l.Classifications {
		e.leave("/classifications", i != chosen)
		e.leaveOf("/classifications", i, "/version", i == chosen && c.Version != "")
	}
	if of.Code == "" {
		return
	}
	if why := e.unfit(schemaType, of.Scheme); why != "" {
		e.leaveOut(e.path("/classifications"), schemaType.String(), of.Scheme, why)
		return
	}
	byID := e.UNSPSC != inCategory && e.putCode(categoryID, "/classifications", of.Code)
	byName := e.UNSPSC != inCategoryID && e.putCode(category, "/classifications", of.Code)
	if byID || byName {
		e.put(schemaType, of.Scheme)
	}
}

func (e *encoder) mappedClass() {
	schema := e.mapped[fullNames[schemaType]]
	if schema == "" || e.unfit(schemaType, schema) != "" {
		e.warnAt(e.path(""), "field.left_out", "the category of the mapping is left out: EXT_SCHEMA_TYPE is missing or does not fit")
		return
	}
	byID := e.putCode(categoryID, "", e.mapped[fullNames[categoryID]])
	if byName := e.putCode(category, "", e.mapped[fullNames[category]]); byID || byName {
		e.put(schemaType, schema)
	}
}

// group writes the buyer's group of materials, which may be the UNSPSC code.
func (e *encoder) group(l *cart.Line) {
	if !e.fromMapping(matGroup) && e.MatGroup {
		e.put(matGroup, cmp.Or(l.Unspsc(), e.DefaultUNSPSC))
	}
}

// free writes the fields whose meaning the options or the mapping give.
func (e *encoder) free(l *cart.Line) {
	used := 0
	for c := custField1; c <= custField5; c++ {
		from, set := e.CustFields[columns[c].name]
		if e.fromMapping(c) || !set {
			continue
		}
		value, member := from.Value, ""
		if own := l.Extrinsics[from.Extrinsic]; own != "" {
			value, member = own, "/extrinsics/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(from.Extrinsic)
			used++
		}
		e.putText(c, member, value)
	}
	e.leave("/extrinsics", len(l.Extrinsics) > used)
	for _, x := range e.extra {
		value, mapped := e.mapped[x.name]
		if !mapped {
			value = e.ExtraFields[x.name[len(prefix):]]
		}
		e.putExtra(x, value)
	}
}

// extraField is a field that the cart has no member for.
type extraField struct {
	name   string // with NEW_ITEM-
	column column
	known  bool // the version has the column
}

// gatherExtra finds the extra fields of the options and the mapping, of all lines together.
func (e *encoder) gatherExtra() {
	names := map[string]bool{}
	for name := range e.ExtraFields {
		names[prefix+name] = true
	}
	for i := range e.mappings {
		for name := range e.mappings[i] {
			names[name] = true
		}
	}
	for _, full := range slices.Sorted(maps.Keys(names)) {
		name, ofLine := strings.CutPrefix(full, prefix)
		switch c, known := columnOf(name, e.version); {
		case known && extra(c), !known && ofLine && checkOwn(name) == nil:
			e.extra = append(e.extra, extraField{full, c, known})
		case !known || !ofLine || members[c] != "":
			e.warnAt("/lines", "field.left_out", "the mapping's field "+quote(full)+" is left out: the format has no such field to set")
		}
	}
}

func (e *encoder) putExtra(x extraField, value string) {
	if value == "" {
		return
	}
	var why string
	if !x.known {
		why = e.unfitWithin(len(value), value)
	} else if why = e.unfit(x.column, value); why == "" {
		if set, isSet := sets[x.column]; isSet && !strings.Contains(set, value) {
			why = "is no value of the field"
		} else if x.column == contractItem && !e.contracted {
			why = "stands without a CONTRACT"
		}
	}
	if why != "" {
		e.leaveOut(e.path(""), x.name, value, why)
		return
	}
	e.fields = append(e.fields, transfer.Field{Name: e.keep(x.name, e.index), Value: value})
}

// CheckFormField refuses a name that no hidden field of the form can have.
func (f *Format) CheckFormField(name string, _ json.RawMessage) error {
	return options.CheckHiddenName(name, checkHidden)
}
