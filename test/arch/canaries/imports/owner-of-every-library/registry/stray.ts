// Imports the libraries that all of the web app may use, and is no part of it.
import '@tanstack/react-query';
import 'react';
