package org.treegrpo.job.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.treegrpo.job.settings.TrainSettings;

/** Remembers what was asked for, and fails if told to. */
final class RecordingCommands implements Commands {
  private final List<String> calls = new ArrayList<>();
  private TrainSettings settings;
  private Exception failure;
  private int exitCode = ExitCodes.DONE;

  List<String> calls() {
    return calls;
  }

  TrainSettings settings() {
    return settings;
  }

  void failWith(Exception exception) {
    failure = exception;
  }

  void returnCode(int code) {
    exitCode = code;
  }

  @Override
  public int train(TrainSettings given) throws Exception {
    return record("train", given);
  }

  @Override
  public int resume(TrainSettings given) throws Exception {
    return record("resume", given);
  }

  @Override
  public int evaluate(TrainSettings given, PolicyChoice policy) throws Exception {
    return record("evaluate " + policy, given);
  }

  @Override
  public int sample(SampleRequest request) throws Exception {
    return record(
        "sample %s to %s with %s".formatted(request.prompt(), request.out(), request.policy()),
        request.settings());
  }

  @Override
  public int pretrain(TrainSettings given) throws Exception {
    return record("pretrain", given);
  }

  @Override
  public int plan(TrainSettings given) throws Exception {
    return record("plan", given);
  }

  @Override
  public int report(String runDir) throws Exception {
    return record("report " + runDir, null);
  }

  @Override
  public int verify(String path) throws Exception {
    return record("verify " + path, null);
  }

  @Override
  public String resolvedConfig(String runDir) throws IOException {
    return Files.readString(Path.of(runDir, "config.resolved.conf"));
  }

  private int record(String call, TrainSettings given) throws Exception {
    calls.add(call);
    settings = given;
    if (failure != null) {
      throw failure;
    }
    return exitCode;
  }
}
