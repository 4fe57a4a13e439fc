import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/** A ResourceManager, two NodeManagers and HDFS in one process, until standard input ends. Argument: a directory, which gets the clients' conf. */
public final class YarnCluster {

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path directory = Path.of(arguments[0]);
    Configuration hdfs = new Configuration();
    hdfs.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.resolve("dfs").toString());
    MiniDFSCluster files = new MiniDFSCluster.Builder(hdfs).numDataNodes(1).build();
    YarnConfiguration conf = new YarnConfiguration(hdfs);
    conf.set("fs.defaultFS", files.getURI().toString());
    conf.setBoolean(YarnConfiguration.YARN_MINICLUSTER_FIXED_PORTS, false);
    conf.setInt(YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB, 256);
    conf.setInt(YarnConfiguration.YARN_MINICLUSTER_NM_PMEM_MB, 6144);
    conf.setBoolean(YarnConfiguration.NM_VMEM_CHECK_ENABLED, false);
    conf.setInt(YarnConfiguration.RM_AM_MAX_ATTEMPTS, 2);
    // The disk of a machine that tests is full for YARN at 90 %.
    conf.setFloat(YarnConfiguration.NM_MAX_PER_DISK_UTILIZATION_PERCENTAGE, 99.9f);
    conf.set("yarn.scheduler.capacity.root.queues", "default,training");
    conf.set("yarn.scheduler.capacity.root.default.capacity", "10");
    conf.set("yarn.scheduler.capacity.root.training.capacity", "90");
    conf.set("yarn.scheduler.capacity.maximum-am-resource-percent", "0.6");
    MiniYARNCluster cluster = new MiniYARNCluster("treegrpo", 2, 1, 1);
    cluster.init(conf);
    cluster.start();
    try (OutputStream out = Files.newOutputStream(Files.createDirectories(directory.resolve("conf")).resolve("yarn-site.xml"))) {
      Configuration clients = new Configuration(cluster.getConfig());
      clients.unset("net.topology.node.switch.mapping.impl"); // of MiniDFSCluster only
      clients.writeXml(out);
    }
    Files.copy(directory.resolve("conf/yarn-site.xml"), directory.resolve("conf/core-site.xml"));
    Files.createFile(directory.resolve("ready"));
    while (System.in.read() >= 0) {
      Thread.sleep(10);
    }
    cluster.stop();
    files.shutdown();
    System.exit(0);
  }
}
