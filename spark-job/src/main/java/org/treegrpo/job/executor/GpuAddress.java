package org.treegrpo.job.executor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number that CUDA knows a GPU by in this process, from the address that Spark's resource
 * scheduling assigns: an index, or the name of a GPU ({@code GPU-..}) or of a part of one ({@code
 * MIG-..}).
 *
 * <p>A name that {@code CUDA_VISIBLE_DEVICES} lists has its place in that list. Without the list a
 * GPU has the number that {@code nvidia-smi -L} gives it. A part of a GPU is visible to a process
 * only if that variable names it, and a JVM that runs cannot set it any more.
 *
 * @param visible {@code CUDA_VISIBLE_DEVICES}; empty if not set
 * @param listing the command that lists the GPUs of this machine
 */
record GpuAddress(String visible, List<String> listing) {

  private static final Pattern LISTED = Pattern.compile("GPU (\\d+): (.*) \\(UUID: ([^)\\s]+)\\)");
  private static final Pattern PART = Pattern.compile("MIG (\\S+) .*\\(UUID: ([^)\\s]+)\\)");

  static GpuAddress ofThisProcess() {
    return new GpuAddress(
        System.getenv().getOrDefault("CUDA_VISIBLE_DEVICES", ""), List.of("nvidia-smi", "-L"));
  }

  /**
   * The number of a GPU.
   *
   * @param count of the GPUs that libtorch sees
   * @throws ExecutorException if no number belongs to the address
   */
  int index(String address, int count) {
    int index = address.matches("\\d{1,6}") ? Integer.parseInt(address) : indexOfName(address);
    if (index < 0 || index >= count) {
      throw new ExecutorException(
          "spark.executor.resource.gpu: address '%s' must be one of the %d GPUs that libtorch sees: an index from 0 to %d, a GPU- name in nvidia-smi -L, or a GPU- or MIG- name in CUDA_VISIBLE_DEVICES, here '%s'; let the discovery script give indices, or set CUDA_VISIBLE_DEVICES for the executors"
              .formatted(address, count, count - 1, visible));
    }
    return index;
  }

  private int indexOfName(String name) {
    if (!visible.isBlank()) {
      return Arrays.stream(visible.split(",", -1)).map(String::strip).toList().indexOf(name);
    }
    return list()
        .lines()
        .map(LISTED::matcher)
        .filter(Matcher::find)
        .filter(line -> line.group(3).equals(name))
        .map(line -> Integer.valueOf(line.group(1)))
        .findFirst()
        .orElse(-1);
  }

  /**
   * The model of a GPU, or of a part of one.
   *
   * @param index by which CUDA knows it here
   */
  String model(int index) {
    String name = Integer.toString(index);
    if (!visible.isBlank()) {
      String[] names = visible.split(",", -1);
      name = index < names.length ? names[index].strip() : name;
    }
    for (String line : list().lines().toList()) {
      Matcher gpu = LISTED.matcher(line);
      Matcher part = PART.matcher(line);
      if (gpu.find() && (gpu.group(1).equals(name) || gpu.group(3).equals(name))) {
        return gpu.group(2);
      }
      if (part.find() && part.group(2).equals(name)) {
        return "MIG " + part.group(1);
      }
    }
    return "a GPU";
  }

  private String list() {
    try {
      Process process =
          new ProcessBuilder(listing).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException absent) {
      return "";
    }
  }
}
