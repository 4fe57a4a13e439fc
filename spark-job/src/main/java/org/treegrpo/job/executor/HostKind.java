package org.treegrpo.job.executor;

import ai.djl.Device;
import org.treegrpo.core.tensor.Processor;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.job.settings.ClusterSettings.Cpu;
import org.treegrpo.job.settings.PolicySettings;

/**
 * What must be the same on all executors, so that a share has the same bytes wherever it is grown.
 *
 * @param application {@link Build#fingerprint}
 * @param libtorch its version
 * @param processor or the baseline that all are held to
 * @param device of the task that asks: the CPU, or the name of its GPU
 */
public record HostKind(String application, String libtorch, String processor, String device) {

  static final String CPU = "CPU";

  private static final String ONE_JAR =
      "give driver and executors one jar (spark.executor.extraClassPath, the image)";

  /** That of this executor. */
  static HostKind here(PolicySettings.Device wanted, Cpu cpu) {
    Processor processor = Processor.here();
    Device device = Devices.choose(wanted);
    if (cpu == Cpu.BASELINE) {
      requireBaseline(processor);
    }
    return new HostKind(
        Build.fingerprint(),
        TorchRuntime.version(),
        cpu == Cpu.BASELINE ? "AVX2 baseline" : processor.toString(),
        device.isGpu() ? GpuAddress.ofThisProcess().model(device.getDeviceId()) : CPU);
  }

  private static void requireBaseline(Processor processor) {
    if (!processor.pinned() || !processor.vectors().equals("AVX2")) {
      throw new ExecutorException(
          "treegrpo.cluster.cpu = baseline: the process must have AVX2 and the environment %s; it has %s; on a cluster the executors get it by themselves, in local mode set it for deploy/treegrpo"
              .formatted(Processor.BASELINE, processor));
    }
  }

  /**
   * Refuses a driver of another build; one that cannot be told, as that of unpacked classes, is
   * taken.
   *
   * @param driver {@link Build#fingerprint} of the driver
   * @param where this one is
   * @throws ExecutorException if the builds differ; the message says what to do
   */
  public void requireDriver(String driver, String where) {
    if (Build.isKnown(driver) && Build.isKnown(application) && !driver.equals(application)) {
      throw new ExecutorException(
          "%s: the application is build %s, that of the driver build %s; %s"
              .formatted(where, application, driver, ONE_JAR));
    }
  }

  /**
   * Refuses another kind.
   *
   * @param where this one is
   * @throws ExecutorException if anything differs; the message says what to do
   */
  public void requireSame(HostKind expected, String where) {
    require(where, "the application", application, expected.application, ONE_JAR);
    require(
        where,
        "libtorch",
        libtorch,
        expected.libtorch,
        "give all executors one libtorch (PYTORCH_LIBRARY_PATH, DJL_CACHE_DIR)");
    require(
        where,
        "the device",
        device,
        expected.device,
        "take GPUs of one model, or policy.device = cpu");
    require(
        where,
        "the processor",
        processor,
        expected.processor,
        "take machines of one kind, or set treegrpo.cluster.cpu = baseline");
  }

  private static void require(
      String where, String what, String found, String expected, String remedy) {
    if (!found.equals(expected)) {
      throw new ExecutorException(
          "%s: %s is %s, and elsewhere in this run %s; weights would differ in their last bits; %s"
              .formatted(where, what, found, expected, remedy));
    }
  }
}
