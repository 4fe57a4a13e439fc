/** What every other package may use: how a failure is told to people. */
package org.treegrpo.core.base;
