package ui

import (
	"slices"
	"sync"
)

// Memory keeps the latest things by key, and forgets the oldest where there are too many. It is safe for concurrent use.
type Memory[T any] struct {
	limit int

	mu    sync.Mutex
	byKey map[string]T
	keys  []string // the oldest first
}

// NewMemory makes a memory of at most limit things.
func NewMemory[T any](limit int) *Memory[T] { return &Memory[T]{limit: limit, byKey: map[string]T{}} }

// Get returns the thing of that key.
func (m *Memory[T]) Get(key string) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	thing, ok := m.byKey[key]
	return thing, ok
}

// Add keeps the thing unless there is one of that key; it returns the one that is kept.
func (m *Memory[T]) Add(key string, thing T) T {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept, ok := m.byKey[key]; ok {
		return kept
	}
	if len(m.keys) == m.limit {
		delete(m.byKey, m.keys[0])
		m.keys = slices.Delete(m.keys, 0, 1)
	}
	m.byKey[key], m.keys = thing, append(m.keys, key)
	return thing
}

// Remove forgets the thing of that key.
func (m *Memory[T]) Remove(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.byKey, key)
	m.keys = slices.DeleteFunc(m.keys, func(k string) bool { return k == key })
}

// Latest returns everything, the latest first.
func (m *Memory[T]) Latest() []T {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make([]T, 0, len(m.keys))
	for _, key := range slices.Backward(m.keys) {
		all = append(all, m.byKey[key])
	}
	return all
}
