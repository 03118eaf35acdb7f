package outbound

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/sony/gobreaker/v2"

	"github.com/punchgate/punchgate/application/port"
)

// A target that fails so many times on end is left alone for a while, and then gets one call to show that it is back. So calls to
// one that is dead take no time from those to others.
const (
	failuresOnEnd = 5
	leftAlone     = 30 * time.Second
	targets       = 10_000 // that are remembered
)

// breakers hold back calls to targets that are dead. A target is an address without its query: what one tenant calls at a host that
// many use says nothing of what others call there.
type breakers struct {
	next http.RoundTripper

	mu sync.Mutex
	of *simplelru.LRU[string, *gobreaker.TwoStepCircuitBreaker[any]]
}

func newBreakers(next http.RoundTripper) *breakers {
	of, err := simplelru.NewLRU[string, *gobreaker.TwoStepCircuitBreaker[any]](targets, nil)
	if err != nil {
		panic(err) // only for a size that is not above zero
	}
	return &breakers{next: next, of: of}
}

func (b *breakers) breaker(target string) *gobreaker.TwoStepCircuitBreaker[any] {
	b.mu.Lock()
	defer b.mu.Unlock()
	breaker, known := b.of.Get(target)
	if !known {
		breaker = gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
			Timeout:     leftAlone,
			ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= failuresOnEnd },
			IsExcluded:  func(err error) bool { return errors.Is(err, context.Canceled) },
		})
		b.of.Add(target, breaker)
	}
	return breaker
}

// RoundTrip makes the call. No answer, and one that says that the other side has a fault, is a failure; every other answer shows that
// it is alive. A call that the gateway itself broke off says nothing.
func (b *breakers) RoundTrip(r *http.Request) (*http.Response, error) {
	done, err := b.breaker(r.Method + " " + r.URL.Scheme + "://" + r.URL.Host + r.URL.EscapedPath()).Allow()
	if err != nil {
		return nil, port.ErrLeftAlone
	}
	response, err := b.next.RoundTrip(r)
	switch {
	case err != nil:
		done(err)
	case response.StatusCode >= http.StatusInternalServerError:
		done(errors.New("status " + strconv.Itoa(response.StatusCode)))
	default:
		done(nil)
	}
	return response, err
}
