package org.treegrpo.job.executor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.settings.ClusterSettings.Cpu;
import org.treegrpo.job.settings.PolicySettings;
import org.treegrpo.job.spark.BlockTask;

/** Tells what an executor is; loads libtorch there. */
public record HostTask(PolicySettings.Device device, Cpu cpu) implements BlockTask<HostReport> {

  @Override
  public HostReport run(int block, TaskContext context) {
    @Nullable HostKind kind = null;
    String problem = "";
    try {
      kind = HostKind.here(device, cpu);
    } catch (RuntimeException | LinkageError e) { // each executor's own, told together
      problem = String.valueOf(e.getMessage());
    }
    Runtime jvm = Runtime.getRuntime();
    OperatingSystemMXBean machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new HostReport(
        SparkEnv.get().executorId(),
        SparkEnv.get().blockManager().blockManagerId().host(),
        jvm.maxMemory() >> 20,
        machine.getTotalMemorySize() >> 20,
        jvm.availableProcessors(),
        kind,
        problem);
  }
}
