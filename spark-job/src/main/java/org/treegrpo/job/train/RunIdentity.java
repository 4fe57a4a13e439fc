package org.treegrpo.job.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.checkpoint.CheckpointStore;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.settings.SettingsIdentity;
import org.treegrpo.job.settings.TrainSettings;

/**
 * By what a run is known to be the same one when it goes on: its settings and the content of its
 * inputs. Every checkpoint keeps it; what an older version did not keep is not compared.
 *
 * @param inputs SHA-256 of each input by the key that names it, {@link RunInputs#digests}
 * @param basis {@link RunInputs#fingerprint}, all that the first version kept of its inputs
 */
record RunIdentity(SettingsIdentity settings, SortedMap<String, String> inputs, String basis) {

  private static final String SETTING = "setting.";
  private static final String INPUT = "input.";
  private static final String BASIS = "inputs";

  static RunIdentity of(TrainSettings settings, RunInputs inputs) {
    return new RunIdentity(
        SettingsIdentity.of(settings.resolved()), inputs.digests(), inputs.fingerprint());
  }

  /** What a checkpoint keeps. */
  SortedMap<String, String> extra() {
    SortedMap<String, String> extra = new TreeMap<>();
    settings.digests().forEach((key, digest) -> extra.put(SETTING + key, digest));
    inputs.forEach((key, digest) -> extra.put(INPUT + key, digest));
    extra.put(BASIS, basis);
    return extra;
  }

  /** SHA-256 of an input of the run that left a checkpoint; empty where that was not kept. */
  static Optional<String> input(CheckpointState checkpoint, String key) {
    return Optional.ofNullable(checkpoint.extra().get(INPUT + key));
  }

  /**
   * Refuses to go on with other settings or other inputs.
   *
   * @param directory of the run
   * @throws InvalidInputException naming the keys
   */
  void requireSame(CheckpointStore.Verified checkpoint, RunDirectory directory) throws IOException {
    SortedMap<String, String> kept = checkpoint.state().extra();
    List<String> settingsChanged =
        settings.differences(settings(checkpoint, directory)).stream()
            .map(key -> "treegrpo." + key)
            .toList();
    if (!settingsChanged.isEmpty()) {
      throw new InvalidInputException(
          "%s: was made with other settings; %s differ from it; resume with the values in %s"
              .formatted(
                  checkpoint.directory(),
                  String.join(", ", settingsChanged),
                  directory.layout().config()));
    }
    List<String> inputsChanged =
        inputs.entrySet().stream()
            .filter(
                input ->
                    !kept.getOrDefault(INPUT + input.getKey(), input.getValue())
                        .equals(input.getValue()))
            .map(input -> "treegrpo." + input.getKey())
            .collect(Collectors.toList());
    if (inputsChanged.isEmpty() && !kept.getOrDefault(BASIS, basis).equals(basis)) {
      inputsChanged.add("treegrpo.prompts.train or the weights of treegrpo.policy.path");
    }
    if (!inputsChanged.isEmpty()) {
      throw new InvalidInputException(
          "%s: was made with other inputs; the content of %s has changed; resume with the files that the run was started with"
              .formatted(checkpoint.directory(), String.join(", ", inputsChanged)));
    }
  }

  /**
   * Refuses to begin anew where something else lies than the same run before its first checkpoint.
   *
   * @throws InvalidInputException naming the keys
   */
  void requireSame(TrainSettings wanted, RunDirectory directory) throws IOException {
    Optional<String> text = RunFiles.readText(directory.fs(), directory.layout().config());
    Optional<RunDescription> description =
        RunFiles.readJson(directory.fs(), directory.layout().run(), RunDescription.class);
    if (text.isEmpty()) {
      throw new InvalidInputException(
          "treegrpo.run-dir: %s must hold a run of these settings, or nothing; it has no %s; choose another directory"
              .formatted(directory.root(), directory.layout().config().getName()));
    }
    List<String> changed =
        SettingsIdentity.ofText(wanted.resolved().text())
            .differences(SettingsIdentity.ofText(text.get()));
    List<String> differences = new ArrayList<>(changed);
    Map<String, String> before =
        description.map(RunDescription::inputSha256).orElseGet(TreeMap::new);
    inputs.forEach(
        (key, digest) -> {
          if (!before.getOrDefault(key, digest).equals(digest)) {
            differences.add(key);
          }
        });
    if (!differences.isEmpty()) {
      throw new InvalidInputException(
          "treegrpo.run-dir: %s holds the beginning of a run with other settings or inputs; treegrpo.%s differ from it; choose another directory, or go on as it was begun, with the values in %s"
              .formatted(
                  directory.root(),
                  String.join(", treegrpo.", differences),
                  directory.layout().config()));
    }
  }

  private static SettingsIdentity settings(
      CheckpointStore.Verified checkpoint, RunDirectory directory) throws IOException {
    CheckpointState state = checkpoint.state();
    SortedMap<String, String> digests = new TreeMap<>();
    for (Map.Entry<String, String> entry : state.extra().tailMap(SETTING).entrySet()) {
      if (entry.getKey().startsWith(SETTING)) {
        digests.put(entry.getKey().substring(SETTING.length()), entry.getValue());
      }
    }
    if (!digests.isEmpty()) {
      return new SettingsIdentity(digests);
    }
    return RunFiles.readText(directory.fs(), directory.layout().config())
        .flatMap(text -> SettingsIdentity.ofOlder(text, state.configHash()))
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "%s: must be the configuration that %s was made with, of an older version; it is missing or was edited; put it back"
                        .formatted(directory.layout().config(), checkpoint.directory())));
  }
}
