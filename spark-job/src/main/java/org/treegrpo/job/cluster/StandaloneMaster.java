package org.treegrpo.job.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.DeployMessages;
import org.apache.spark.deploy.DeployMessages.MasterStateResponse;
import org.apache.spark.deploy.master.RecoveryState;
import org.apache.spark.deploy.master.WorkerInfo;
import org.apache.spark.rpc.RpcAddress;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.rpc.RpcTimeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.duration.FiniteDuration;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Asks the Master of a standalone cluster which Workers it has, by the message with which its own
 * web page asks; the page's port is not known to an application.
 */
final class StandaloneMaster {

  private static final Logger LOG = LoggerFactory.getLogger(StandaloneMaster.class);
  private static final String SCHEME = "spark://";
  private static final RpcTimeout PATIENCE =
      new RpcTimeout(new FiniteDuration(3, java.util.concurrent.TimeUnit.SECONDS), "3 s");
  private static final ClassTag<MasterStateResponse> ANSWER =
      ClassTag$.MODULE$.apply(MasterStateResponse.class);

  private StandaloneMaster() {}

  /** A Worker that is alive; memory in MiB. */
  record Worker(String host, int cores, int coresFree, int memory, int memoryFree) {}

  static boolean isMasterOf(SparkConf conf) {
    return conf.get("spark.master").startsWith(SCHEME);
  }

  /**
   * The Workers that are alive, by host; empty if no Master answers. Needs this JVM's Spark to have
   * come as far as its environment.
   */
  static Optional<List<Worker>> workers(SparkConf conf) {
    SparkEnv env = SparkEnv.get();
    if (env == null) {
      return Optional.empty();
    }
    String[] addresses = conf.get("spark.master").substring(SCHEME.length()).split(",");
    return Arrays.stream(addresses)
        .flatMap(address -> ask(env.rpcEnv(), SCHEME + address).stream())
        .filter(answer -> answer.status().equals(RecoveryState.ALIVE()))
        .findFirst()
        .map(answer -> alive(answer.workers()));
  }

  private static Optional<MasterStateResponse> ask(RpcEnv rpc, String url) {
    try {
      return Optional.of(
          rpc.setupEndpointRef(RpcAddress.fromSparkURL(url), "Master")
              .askSync(DeployMessages.RequestMasterState$.MODULE$, PATIENCE, ANSWER));
    } catch (Exception e) { // also Spark's checked exceptions, which its Java API hides
      LOG.debug("{} does not answer", url, e);
      return Optional.empty();
    }
  }

  private static List<Worker> alive(WorkerInfo[] workers) {
    List<Worker> alive = new ArrayList<>();
    for (WorkerInfo worker : workers) {
      if (worker.isAlive()) {
        alive.add(
            new Worker(
                worker.host(),
                worker.cores(),
                worker.coresFree(),
                worker.memory(),
                worker.memoryFree()));
      }
    }
    alive.sort(Comparator.comparing(Worker::host));
    return alive;
  }
}
