/** The command line: options, help, and how failures are told. */
package org.treegrpo.job.cli;
