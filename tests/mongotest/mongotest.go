// Package mongotest gives tests a MongoDB: from the address in PUNCHGATE_TEST_MONGODB_URI, or in a container of the image in
// PUNCHGATE_TEST_MONGO_IMAGE, which is the official one unless said otherwise. Where there is neither, the test is skipped and
// says so; with PUNCHGATE_INTEGRATION=1 it fails.
//
// standin holds what takes MongoDB's place on machines without a container registry. What it cannot show stands in abilities.go,
// and the tests of that run on the real one alone.
package mongotest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ory/dockertest/v3"
	"github.com/ory/dockertest/v3/docker"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
)

const (
	uriVariable   = "PUNCHGATE_TEST_MONGODB_URI"
	imageVariable = "PUNCHGATE_TEST_MONGO_IMAGE"
	officialImage = "mongo:8"
)

// startTimeout is how long a server may take until it answers.
const startTimeout = time.Minute

// Main runs the tests of a package, and in the end removes the container that they shared.
func Main(m *testing.M) int {
	defer func() {
		if shared.container != nil {
			shared.container.remove()
		}
	}()
	return m.Run()
}

// shared is the server that the tests of a process share, which calls Main.
var shared struct {
	sync.Once

	uri       string
	container *Container
	err       error
}

// URI returns the address of an empty database of the test's own, which is dropped in the end.
func URI(t testing.TB) string {
	t.Helper()
	shared.Do(func() {
		if shared.uri = os.Getenv(uriVariable); shared.uri == "" {
			if shared.container, shared.err = run(); shared.err == nil {
				shared.uri = shared.container.address()
			}
		}
	})
	if shared.err != nil {
		lacking(t, shared.err)
	}
	return database(t, shared.uri)
}

// lacking ends a test that has no server.
func lacking(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("PUNCHGATE_INTEGRATION") == "1" {
		t.Fatalf("there is no MongoDB to test with: %v", err)
	}
	t.Skipf("there is no MongoDB to test with (PUNCHGATE_INTEGRATION=1 makes this a failure): %v", err)
}

func database(t testing.TB, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", uriVariable, err)
	}
	u.Path = "/punchgate_" + strings.ToLower(rand.Text()[:12])
	t.Cleanup(func() {
		client := connect(t, server)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := client.Database(u.Path[1:]).Drop(ctx); err != nil {
			t.Errorf("the database of the test is left behind: %v", err)
		}
	})
	return u.String()
}

func connect(t testing.TB, uri string) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client
}

// EachValue shows every value in every document of a database, as it stands in BSON, and returns how many there are.
func EachValue(t testing.TB, uri string, show func(place string, content []byte)) (values int) {
	t.Helper()
	var walk func(place string, document bson.Raw)
	walk = func(place string, document bson.Raw) {
		elements, err := document.Elements()
		must(t, err)
		for _, element := range elements {
			place := place + "." + element.Key()
			switch value := element.Value(); value.Type {
			case bson.TypeEmbeddedDocument, bson.TypeArray:
				walk(place, value.Value)
			default:
				values++
				show(place, value.Value)
			}
		}
	}
	EachDocument(t, uri, walk)
	return values
}

// EachDocument shows every document of a database.
func EachDocument(t testing.TB, uri string, show func(collection string, document bson.Raw)) {
	t.Helper()
	address, err := url.Parse(uri)
	must(t, err)
	db := connect(t, uri).Database(address.Path[1:])
	collections, err := db.ListCollectionNames(t.Context(), bson.D{})
	must(t, err)
	for _, name := range collections {
		found, err := db.Collection(name).Find(t.Context(), bson.D{})
		must(t, err)
		for found.Next(t.Context()) {
			show(name, found.Current)
		}
		must(t, found.Err())
	}
}

// Engine returns what the server is, and what it cannot show.
func Engine(t testing.TB, uri string) (name string, lacks []Ability) {
	t.Helper()
	var status struct {
		Process string `bson:"process"`
		Version string `bson:"version"`
	}
	must(t, connect(t, uri).Database("admin").RunCommand(t.Context(), bson.D{{Key: "serverStatus", Value: 1}}).Decode(&status))
	if strings.HasPrefix(status.Process, "mongo") {
		return "mongodb:" + status.Version, nil
	}
	return "stand-in", Abilities
}

// Container is a server that a test may pause, kill and cut off.
type Container struct {
	pool     *dockertest.Pool
	resource *dockertest.Resource
	port     string // on this machine; it stays the same when the container starts anew
}

// Start runs a server for the test alone. The arguments are mongod's.
func Start(t testing.TB, arguments ...string) *Container {
	t.Helper()
	c, err := run(arguments...)
	if err != nil {
		lacking(t, err)
	}
	t.Cleanup(c.remove)
	return c
}

// URI returns the address of an empty database of the server.
func (c *Container) URI() string {
	return c.address() + "/punchgate_" + strings.ToLower(rand.Text()[:12])
}

func (c *Container) address() string { return "mongodb://127.0.0.1:" + c.port }

func image() string {
	if name := os.Getenv(imageVariable); name != "" {
		return name
	}
	return officialImage
}

func run(arguments ...string) (*Container, error) {
	pool, err := dockertest.NewPool("")
	if err != nil {
		return nil, err
	}
	if err := pool.Client.Ping(); err != nil {
		return nil, fmt.Errorf("%s is not set, and no container engine answers: %w", uriVariable, err)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	repository, tag := docker.ParseRepositoryTag(image())
	name := "punchgate-mongotest-" + strings.ToLower(rand.Text()[:12])
	resource, err := pool.RunWithOptions(&dockertest.RunOptions{
		Name: name, Repository: repository, Tag: tag, Cmd: arguments, ExposedPorts: []string{"27017/tcp"},
		PortBindings: map[docker.Port][]docker.PortBinding{"27017/tcp": {{HostIP: "127.0.0.1", HostPort: port}}},
	}, func(host *docker.HostConfig) { host.PublishAllPorts = false })
	if err != nil {
		_ = pool.RemoveContainerByName(name) // it may have been made, and only its start failed
		return nil, fmt.Errorf("no container of the image %s (%s names another): %w", image(), imageVariable, err)
	}
	c := &Container{pool, resource, port}
	if err := c.await(); err != nil {
		c.remove()
		return nil, err
	}
	return c, nil
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}

// await returns once the server answers.
func (c *Container) await() error {
	client, err := mongo.Connect(options.Client().ApplyURI(c.address()).SetDirect(true).SetServerSelectionTimeout(startTimeout))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	defer client.Disconnect(ctx) //nolint:errcheck // there is nothing to lose
	if err := client.Ping(ctx, readpref.Nearest()); err != nil {
		return fmt.Errorf("the container of the image %s does not answer: %w", image(), err)
	}
	return nil
}

func (c *Container) remove() { _ = c.pool.Purge(c.resource) }

// Pause stops the server in its tracks: connections stay, and nothing answers. The engine's own pause needs a freezer that not every
// kernel has.
func (c *Container) Pause(t testing.TB) {
	t.Helper()
	c.signal(t, docker.SIGSTOP)
}

// Resume ends a pause.
func (c *Container) Resume(t testing.TB) {
	t.Helper()
	c.signal(t, docker.SIGCONT)
}

// Initiate makes the server, which was started with --replSet rs0, a replica set of one, and returns once it is its primary.
func (c *Container) Initiate(t testing.TB) {
	t.Helper()
	client := connect(t, c.address()+"/?directConnection=true")
	member := bson.M{"_id": 0, "host": "127.0.0.1:27017"}
	initiate := bson.D{{Key: "replSetInitiate", Value: bson.M{"_id": "rs0", "members": bson.A{member}}}}
	must(t, client.Database("admin").RunCommand(t.Context(), initiate).Err())
	must(t, client.Ping(t.Context(), readpref.Primary()))
}

// Kill ends the server without warning.
func (c *Container) Kill(t testing.TB) {
	t.Helper()
	c.signal(t, docker.SIGKILL)
}

func (c *Container) signal(t testing.TB, s docker.Signal) {
	t.Helper()
	must(t, c.pool.Client.KillContainer(docker.KillContainerOptions{ID: c.resource.Container.ID, Signal: s}))
}

// Revive starts a server that was killed.
func (c *Container) Revive(t testing.TB) {
	t.Helper()
	must(t, c.pool.Client.StartContainer(c.resource.Container.ID, nil))
	must(t, c.await())
}

// CutOff takes the server off the network.
func (c *Container) CutOff(t testing.TB) {
	t.Helper()
	must(t, c.pool.Client.DisconnectNetwork("bridge", docker.NetworkConnectionOptions{Container: c.resource.Container.ID, Force: true}))
}

// Reconnect puts it back.
func (c *Container) Reconnect(t testing.TB) {
	t.Helper()
	must(t, c.pool.Client.ConnectNetwork("bridge", docker.NetworkConnectionOptions{Container: c.resource.Container.ID}))
	must(t, c.await())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
