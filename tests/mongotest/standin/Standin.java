import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Serves MongoDB's protocol out of memory, on the host and port given or on port 27017 of all addresses. */
public final class Standin {
    private static final int WIRE_VERSION_OF_4_4 = 9; // the driver refuses older servers, which this library says it is

    public static void main(String[] args) throws InterruptedException {
        String[] address = (args.length == 0 ? "0.0.0.0:27017" : args[0]).split(":");
        MemoryBackend backend = new MemoryBackend();
        backend.version(new MongoVersion() {
            @Override
            public List<Integer> getVersionArray() {
                return List.of(4, 4, 0);
            }

            @Override
            public int getWireVersion() {
                return WIRE_VERSION_OF_4_4;
            }
        });
        MongoServer server = new MongoServer(backend);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        // One thread serves all connections: with more, a read can see half of a write.
        server.bind(new InetSocketAddress(address[0], Integer.parseInt(address[1])), 1, 1);
        new CountDownLatch(1).await();
    }
}
